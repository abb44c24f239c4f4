import { raise } from '../py-error.ts';

/** Codes and English names of the languages that the translation service knows; the first name found inside a text wins. */
const LANGUAGES: readonly (readonly [code: string, name: string])[] = (
  'af afrikaans|sq albanian|am amharic|ar arabic|hy armenian|az azerbaijani|eu basque|be belarusian|bn bengali|bs bosnian|' +
  'bg bulgarian|ca catalan|ceb cebuano|ny chichewa|zh-cn chinese (simplified)|zh-tw chinese (traditional)|co corsican|' +
  'hr croatian|cs czech|da danish|nl dutch|en english|eo esperanto|et estonian|tl filipino|fi finnish|fr french|fy frisian|' +
  'gl galician|ka georgian|de german|el greek|gu gujarati|ht haitian creole|ha hausa|haw hawaiian|iw hebrew|he hebrew|hi hindi|' +
  'hmn hmong|hu hungarian|is icelandic|ig igbo|id indonesian|ga irish|it italian|ja japanese|jw javanese|kn kannada|kk kazakh|' +
  'km khmer|ko korean|ku kurdish (kurmanji)|ky kyrgyz|lo lao|la latin|lv latvian|lt lithuanian|lb luxembourgish|mk macedonian|' +
  'mg malagasy|ms malay|ml malayalam|mt maltese|mi maori|mr marathi|mn mongolian|my myanmar (burmese)|ne nepali|no norwegian|' +
  'or odia|ps pashto|fa persian|pl polish|pt portuguese|pa punjabi|ro romanian|ru russian|sm samoan|gd scots gaelic|sr serbian|' +
  'st sesotho|sn shona|sd sindhi|si sinhala|sk slovak|sl slovenian|so somali|es spanish|su sundanese|sw swahili|sv swedish|' +
  'tg tajik|ta tamil|te telugu|th thai|tr turkish|uk ukrainian|ur urdu|ug uyghur|uz uzbek|vi vietnamese|cy welsh|xh xhosa|' +
  'yi yiddish|yo yoruba|zu zulu'
)
  .split('|')
  .map((entry) => [entry.slice(0, entry.indexOf(' ')), entry.slice(entry.indexOf(' ') + 1)]);

/** Code of the language that a text names, English when nothing is given. Raises for an unknown one. */
export function languageCode(given: string | undefined): string {
  if (given === undefined) return 'en';
  const language = given.toLowerCase();
  if (language.includes('chinese')) return language.includes('traditional') ? 'zh-tw' : 'zh-cn';
  const known = LANGUAGES.find(([code, name]) => code === language || language.includes(name));
  return known?.[0] ?? raise('Language not supported.');
}
