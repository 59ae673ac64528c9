// passed, failed and skipped tests of a vitest JSON report; on standard error the skipped ones by name, and the failed
// ones with what they said.
import { readFileSync } from 'node:fs';

const MESSAGE_CHARACTERS = 600;

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const tests = report.testResults.flatMap(({ name, assertionResults }) =>
  assertionResults.map((test) => ({ ...test, file: name })),
);
for (const { status, fullName, file, failureMessages } of tests) {
  if (status === 'passed') continue;
  console.error(`${status}: ${fullName}`);
  if (status === 'failed')
    console.error(
      `  ${file}\n  ${failureMessages.join('\n').slice(0, MESSAGE_CHARACTERS).replaceAll('\n', '\n  ')}`,
    );
}
for (const { status, name, message, assertionResults } of report.testResults)
  if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed'))
    console.error(`failed: ${name}\n  ${message.slice(0, MESSAGE_CHARACTERS)}`);
console.log(
  report.numPassedTests,
  report.numFailedTests + report.numFailedTestSuites * Number(report.numFailedTests === 0),
  report.numPendingTests + report.numTodoTests,
);
