import { sampleReportData } from '../testdata/sample-report-data.ts';
import { buildReport } from './build-report.ts';
import type { ReportData } from './report-data.ts';

const report = buildReport(sampleReportData);

const empty: ReportData = {
  title: 'empty',
  pipeline: 'p',
  stages: [],
  tiers: [],
  split: [],
  dropped: [],
  categories: [],
  training: [],
  optimize: [],
  perplexity: [],
  tree: null,
  pairs: [],
  summaries: { rank: [], mine: [], filter: [] },
  scores: [],
  comparisons: [],
};

describe('buildReport', () => {
  it('gives the same bytes for the same data', () => {
    expect(buildReport(structuredClone(sampleReportData))).toEqual(report);
  });

  it('has every section, each reachable from the navigation', () => {
    const ids = [...report.html.matchAll(/<section id="([a-z-]+)">/g)].map((match) => match[1]);
    const links = [...report.html.matchAll(/<a href="#([a-z-]+)">/g)].map((match) => match[1]);
    expect(ids).toEqual([
      'scores',
      'errors',
      'api-bank',
      'stages',
      'data',
      'warm-up',
      'perplexity',
      'tree',
      'pairs',
      'preference',
      'parameters',
      'work',
      'paper',
    ]);
    expect(links).toEqual(ids);
    for (const heading of [
      'Scores',
      'Error types',
      'What ran',
      'Parameters',
      'A search tree',
      'Preference pairs',
      'Work',
    ]) {
      expect(report.markdown).toContain(`\n## ${heading}\n`);
    }
  });

  it('escapes text that came from data', () => {
    expect(report.html).not.toContain('<draft>');
    expect(report.html).not.toContain('<b>hello');
    expect(report.html).toContain('iTool in miniature &lt;draft&gt; &amp; &quot;more&quot;');
    expect(report.html).toContain('&lt;b&gt;hello&lt;/b&gt;');
    expect(report.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(report.markdown.split('\n')[0]).toBe('# iTool in miniature &lt;draft&gt; & "more"');
  });

  it('is one file: no script, no link out, no style or picture from elsewhere', () => {
    expect(report.html).not.toMatch(/<script|<link|<img|<iframe|@import|url\((?!#)|https?:|\son[a-z]+=/i);
    expect(report.html.match(/\b(?:href|src)="[^#]/g)).toBeNull();
  });

  it('closes what it opens', () => {
    const open: string[] = [];
    const tags = report.html
      .replace(/<style>[\s\S]*?<\/style>/, '')
      .matchAll(/<(\/?)([a-zA-Z0-9]+)(?:\s[^<>]*?)?(\/?)>/g);
    for (const [, closing, name, self] of tags) {
      if (self === '/' || ['meta'].includes(name!)) continue;
      if (closing === '') open.push(name!);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });

  it('says the same numbers in all three forms', () => {
    const facts = JSON.parse(report.json);
    const sft = facts.scores.totals.at(-1).cells[1];
    expect(sft).toMatchObject({ correct: 502, total: 900 });
    expect(report.html).toContain('502/900');
    expect(report.markdown).toContain('502/900 55.8 % (52.5 to 59.0)');
    expect(facts.findings).toHaveLength(8);
    for (const form of [report.html, report.markdown]) expect(form).toContain('Iteration 2 does not differ from SFT');
  });

  it('sets the paper apart from the run', () => {
    const paper = report.html.slice(report.html.indexOf('<section id="paper">'));
    expect(paper).toContain('Not comparable with this run.');
    expect(paper).toContain('62.92');
    expect(report.html.slice(0, report.html.indexOf('<section id="paper">'))).not.toContain('62.92');
    expect(report.markdown).toContain('not comparable with this run');
  });

  it('can be built from a run without results', () => {
    const { html, markdown } = buildReport(empty);
    expect(html).toContain('No model was evaluated.');
    expect(html).toContain('No preference pair was found');
    expect(markdown).toContain('Nothing was evaluated in this run.');
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
    expect(report.html).not.toMatch(/NaN|undefined|Infinity/);
  });
});
