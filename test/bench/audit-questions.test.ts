import { describe, expect, it } from 'vitest';
import { benchAuditQuestions } from './audit-questions-bench.ts';

describe('the bench of the audit’s questions', () => {
  it('asks each question, and finds what there is', async () => {
    const report = await benchAuditQuestions({ issuances: 400, tenants: 4, days: 2, pages: 2 });
    const questions = Object.entries(report.questions);
    expect(questions.length).toBeGreaterThan(10);
    for (const [name, { pages, cpuMs, callsAPage }] of questions) {
      expect([name, pages]).toEqual([name, 2]);
      expect(cpuMs.p99).toBeGreaterThan(0);
      expect(callsAPage).toBeGreaterThan(1);
    }
    expect(report.questions['tenant, 50 a page']?.recordsAPage).toBeGreaterThan(20);
    expect(report.questions['access key']?.recordsAPage).toBe(3);
    expect(report.cpuMsP99).toBeLessThan(1_000);
  }, 30_000);
});
