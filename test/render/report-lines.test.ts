import { expect, it } from 'vitest';
import { findingLines, limitLines, plainStyle, titleLine } from '../../src/render/report-lines.js';

it('what is longer than the line is broken between words, and a remedy that is to be copied is not', () => {
  const width = 40;
  const text = 'words of a sentence that is far longer than one line of the terminal';
  const finding = {
    code: 'T',
    severity: 'info',
    title: text,
    evidence: [],
    confidence: 1,
    advice: text,
  } as const;
  const lines = findingLines([finding], width, plainStyle);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  expect(lines.join(' ').replace(/\s+/g, ' ')).toContain(text);
  const remedy = `GRANT SELECT ON ${'x'.repeat(60)} TO y`;
  expect(limitLines([{ capability: 'c', reason: text, remedy }], width, plainStyle).join('\n')).toContain(
    remedy,
  );
});

it('evidence of a finding is shown as a person reads it', () => {
  const at = '2026-01-01T00:00:00.000Z';
  const lines = findingLines(
    [
      {
        code: 'TEST',
        severity: 'info',
        title: 'title',
        evidence: [
          { what: 'temporary files', value: 1_747_066_880, unit: 'bytes', at },
          { what: 'running', value: 40_750, unit: 'ms', at },
          { what: 'calls', value: 65, unit: '', at },
          { what: 'waiting', value: 90, unit: 'session-seconds', at },
        ],
        confidence: 0.9,
        advice: 'advice',
      },
    ],
    160,
    plainStyle,
  );
  expect(lines.join('\n')).toContain(
    'temporary files 1.6 GB; running 41 s; calls 65; waiting 90 session-seconds (confidence 0.9)',
  );
});

it('the end of a window has its day where that is another one', () => {
  const title = (to: string) => {
    const window = { from: '2026-01-01T20:00:00.000Z', to, seconds: 3600, samples: 9, missedTicks: 0 };
    const rest = { limits: [], overhead: null, items: [] };
    const report = { schema: 's', generatedAt: to, instance: 'db', engine: null, window, ...rest };
    return titleLine('T', report, plainStyle);
  };
  expect(title('2026-01-01T21:00:00.000Z')).toContain('2026-01-01T20:00:00Z to 21:00:00Z');
  expect(title('2026-01-02T20:00:00.000Z')).toContain('2026-01-01T20:00:00Z to 2026-01-02T20:00:00Z');
});
