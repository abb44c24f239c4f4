import { escapeText } from '../draw/markup.ts';
import type { ReportFacts } from '../facts/report-facts.ts';
import { apiBankSection } from './api-bank-section.ts';
import { errorsSection, paperSection, scoresSection } from './result-sections.ts';
import { amountsSection, dataSection, graphSection, parametersSection } from './run-sections.ts';
import { STYLE } from './style.ts';
import { pairsSection, perplexitySection, preferenceSection, treeSection, warmupSection } from './training-sections.ts';

const SECTIONS: [id: string, title: string, render: (facts: ReportFacts) => string][] = [
  ['scores', 'Scores', scoresSection],
  ['errors', 'Error types', errorsSection],
  ['api-bank', 'API-Bank', apiBankSection],
  ['stages', 'What ran', graphSection],
  ['data', 'Data', dataSection],
  ['warm-up', 'Warm-up training', warmupSection],
  ['perplexity', 'Perplexity', perplexitySection],
  ['tree', 'A search tree', treeSection],
  ['pairs', 'Preference pairs', pairsSection],
  ['preference', 'Preference training', preferenceSection],
  ['parameters', 'Parameters', parametersSection],
  ['work', 'Work', amountsSection],
  ['paper', 'The paper’s numbers', paperSection],
];

/** The report as one HTML file: inline style and drawings, no script, no address outside the file. */
export function htmlPage(facts: ReportFacts): string {
  const links = SECTIONS.map(([id, title]) => `<a href="#${id}">${title}</a>`).join('\n');
  const sections = SECTIONS.map(
    ([id, title, render]) => `<section id="${id}">\n<h2>${title}</h2>\n${render(facts)}</section>\n`,
  );
  const lines = facts.findings.map((line) => `<li>${escapeText(line).replaceAll(' %', '&nbsp;%')}</li>`).join('\n');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(facts.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeText(facts.title)}</h1>
<p class="lead">Pipeline <code>${escapeText(facts.pipeline)}</code></p>
<ul class="findings">
${lines}
</ul>
<nav aria-label="Sections">
${links}
</nav>
</header>
<main>
${sections.join('')}</main>
<footer><p>Equal inputs give this file byte for byte. The same facts are in report.md and report.json.</p></footer>
</body>
</html>
`;
}
