// passed, failed and skipped tests of a vitest JSON report.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
console.log(
  report.numPassedTests,
  report.numFailedTests + report.numFailedTestSuites * Number(report.numFailedTests === 0),
  report.numPendingTests + report.numTodoTests,
);
