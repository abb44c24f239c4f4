export { createNodes } from './create-nodes.ts';
export { postTasksExecution, preTasksExecution } from './run-record.ts';
