/** Folder with manifest.json and provenance.json of a stage, relative to the workspace root. */
export function stageFolder(pipeline: string, stage: string): string {
  return `.itool/artifacts/${pipeline}/${stage}`;
}

/** Folder into which the end of a run lays the outputs of a report stage, relative to the workspace root. */
export function reportFolder(pipeline: string, stage: string): string {
  return `.itool/reports/${pipeline}/${stage}`;
}
