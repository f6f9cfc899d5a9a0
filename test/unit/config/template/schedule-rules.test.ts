import { describe, expect, it } from 'vitest';
import { scheduleRuleResources } from '../../../../config/template/schedule-rules.ts';
import type { ScheduleConfig } from '../../../../lib/platform/deployment-config/deployment-config.ts';

const nightly: ScheduleConfig = {
  name: 'nightly',
  job: 'scan-account',
  expression: 'cron(0 3 * * ? *)',
  spreadMinutes: 60,
};
const rulesOf = (schedules: readonly ScheduleConfig[]) =>
  scheduleRuleResources({ schedules }, { ruleNamePrefix: 'broker-schedule-' });

describe('the rules of schedules', () => {
  it('invoke the function with the event as it is, and only they may', () => {
    const [[ruleId, rule] = [], [, permission] = []] = Object.entries(rulesOf([nightly]));
    const arn = { 'Fn::GetAtt': ['FanDashoutDashscheduleLambdaFunction', 'Arn'] };
    expect(rule).toEqual({
      Type: 'AWS::Events::Rule',
      Properties: {
        Name: 'broker-schedule-nightly',
        Description: 'Asks for scan-account, for every tenant that is due',
        ScheduleExpression: 'cron(0 3 * * ? *)',
        State: 'ENABLED',
        Targets: [
          {
            Id: 'fan-out-schedule',
            Arn: arn,
            RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
            DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['RuleDeadLetterQueue', 'Arn'] } },
          },
        ],
      },
    });
    expect(permission).toEqual({
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: arn,
        Action: 'lambda:InvokeFunction',
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': [ruleId, 'Arn'] },
      },
    });
  });

  it('are the same in whatever order the file has, and none where there are no schedules', () => {
    const weekly = { ...nightly, name: 'weekly' };
    expect(rulesOf([weekly, nightly])).toEqual(rulesOf([nightly, weekly]));
    expect(Object.keys(rulesOf([weekly, nightly]))).toHaveLength(4);
    expect(rulesOf([])).toEqual({});
  });
});
