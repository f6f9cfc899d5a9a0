import { createHash } from 'node:crypto';
import type { DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';
import type { TemplateValue } from './template-value.ts';

/** The function under the logical id that the framework gives it in the template. */
const fanOutArn = { 'Fn::GetAtt': ['FanDashoutDashscheduleLambdaFunction', 'Arn'] };

/**
 * For each schedule a rule that invokes `fan-out-schedule`, and the permission for that rule alone. The function knows
 * the schedule by the rule's name, which EventBridge puts in the event; it gets the event unchanged, and the event's
 * time is the window's.
 */
export function scheduleRuleResources(
  { schedules }: Pick<DeploymentConfig, 'schedules'>,
  { ruleNamePrefix }: { readonly ruleNamePrefix: string },
): Record<string, TemplateValue> {
  return Object.fromEntries(
    schedules.flatMap(({ name, job, expression }) => {
      const id = `ScheduleRule${digest(name)}`;
      const rule: TemplateValue = {
        Type: 'AWS::Events::Rule',
        Properties: {
          Name: `${ruleNamePrefix}${name}`,
          Description: `Asks for ${job}, for every tenant that is due`,
          ScheduleExpression: expression,
          State: 'ENABLED',
          Targets: [
            {
              Id: 'fan-out-schedule',
              Arn: fanOutArn,
              RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
              DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['RuleDeadLetterQueue', 'Arn'] } },
            },
          ],
        },
      };
      const permission: TemplateValue = {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          FunctionName: fanOutArn,
          Action: 'lambda:InvokeFunction',
          Principal: 'events.amazonaws.com',
          SourceArn: { 'Fn::GetAtt': [id, 'Arn'] },
        },
      };
      return [
        [id, rule],
        [`${id}Permission`, permission],
      ];
    }),
  );
}

/** Names a rule after its schedule, so that a change of order in the file changes nothing in the stack. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
