import { canonicalJson } from '@itool/record';
import { reportFacts } from './facts/report-facts.ts';
import { htmlPage } from './html/page.ts';
import { markdownReport } from './markdown.ts';
import type { ReportData } from './report-data.ts';

export type Report = { html: string; markdown: string; json: string };

/**
 * The report of a pipeline in three forms with the same facts. Pure: equal data give equal bytes, and nothing about the time, the
 * machine or a path gets in unless the data say so.
 */
export function buildReport(data: ReportData): Report {
  const facts = reportFacts(data);
  return { html: htmlPage(facts), markdown: markdownReport(facts), json: `${canonicalJson(facts)}\n` };
}
