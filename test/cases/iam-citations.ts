/** The pages of AWS's documentation that say how policies are evaluated, each with the heading that a case goes by. */
const GUIDE = 'https://docs.aws.amazon.com/IAM/latest/UserGuide';
const ELEMENTS = `${GUIDE}/reference_policies_elements` as const;
const OPERATORS = `${ELEMENTS}_condition_operators.html` as const;
const KEYS_BY_NUMBER = `${GUIDE}/reference_policies_condition-single-vs-multi-valued-context-keys.html` as const;
const SINGLE_ACCOUNT = `${GUIDE}/reference_policies_evaluation-logic_policy-eval-basics-single-account.html` as const;
const KEY_POLICY = 'https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html';
const FINE_GRAINED = 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html';

/** The page that gives a case's answer, and the heading under which it does. */
export type Citation = { readonly page: `https://docs.aws.amazon.com/${string}.html`; readonly section: string };
const cite = (page: Citation['page'], section: string): Citation => ({ page, section });

export const ABSENT_KEYS = cite(OPERATORS, 'IAM JSON policy elements: Condition operators (Important)');
export const OPERATOR_LIST = cite(OPERATORS, 'IAM JSON policy elements: Condition operators');
export const STRINGS = cite(OPERATORS, 'String condition operators');
export const NUMBERS = cite(OPERATORS, 'Numeric condition operators');
export const DATES = cite(OPERATORS, 'Date condition operators');
export const BOOLEANS = cite(OPERATORS, 'Boolean condition operators');
export const ADDRESSES = cite(OPERATORS, 'IP address condition operators');
export const ARNS = cite(OPERATORS, 'Amazon Resource Name (ARN) condition operators');
export const IF_EXISTS = cite(OPERATORS, '...IfExists condition operators');
export const NULLS = cite(OPERATORS, 'Condition operator to check existence of condition keys');
export const SETS = cite(KEYS_BY_NUMBER, 'Set operators for multivalued context keys');
export const KEY_POINTS = cite(KEYS_BY_NUMBER, 'Key points');
export const CONDITION = cite(`${ELEMENTS}_condition.html`, 'IAM JSON policy elements: Condition');
export const CONDITION_LOGIC = cite(
  `${GUIDE}/reference_policies_condition-logic-multiple-context-keys-or-values.html`,
  'Evaluation logic for multiple context keys or values',
);
export const VARIABLES = cite(`${GUIDE}/reference_policies_variables.html`, 'Introduction');
export const VARIABLES_IN_RESOURCE = cite(`${GUIDE}/reference_policies_variables.html`, 'Resource element');
export const VARIABLES_IN_CONDITION = cite(`${GUIDE}/reference_policies_variables.html`, 'Condition element');
export const DEFAULTS = cite(`${GUIDE}/reference_policies_variables.html`, 'Specifying default values');
export const ACTION = cite(`${ELEMENTS}_action.html`, 'IAM JSON policy elements: Action');
export const NOT_ACTION = cite(`${ELEMENTS}_notaction.html`, 'IAM JSON policy elements: NotAction');
export const RESOURCE = cite(`${ELEMENTS}_resource.html`, 'IAM JSON policy elements: Resource');
export const WILDCARDS = cite(`${ELEMENTS}_resource.html`, 'Using wildcards in resource ARNs');
export const NOT_RESOURCE = cite(`${ELEMENTS}_notresource.html`, 'IAM JSON policy elements: NotResource');
export const PRINCIPAL = cite(`${ELEMENTS}_principal.html`, 'Specifying a principal');
export const ACCOUNT_PRINCIPALS = cite(`${ELEMENTS}_principal.html`, 'AWS account principals');
export const SESSION_PRINCIPALS = cite(`${ELEMENTS}_principal.html`, 'Role session principals');
export const SERVICE_PRINCIPALS = cite(`${ELEMENTS}_principal.html`, 'AWS service principals');
export const ALL_PRINCIPALS = cite(`${ELEMENTS}_principal.html`, 'All principals');
export const LOGIC = cite(`${GUIDE}/reference_policies_evaluation-logic.html`, 'Policy evaluation logic');
export const CROSS_ACCOUNT = cite(
  `${GUIDE}/reference_policies_evaluation-logic-cross-account.html`,
  'Cross-account policy evaluation logic',
);
export const SAME_ACCOUNT = cite(SINGLE_ACCOUNT, 'Evaluating identity-based policies with resource-based policies');
export const SESSION_POLICIES = cite(`${GUIDE}/access_policies.html`, 'Session policies');
export const KEY_POLICIES = cite(KEY_POLICY, 'Allows access to the AWS account and enables IAM policies');
export const CONFUSED_DEPUTY = cite(`${GUIDE}/confused-deputy.html`, 'Cross-service confused deputy prevention');
export const LEADING_KEYS = cite(
  FINE_GRAINED,
  'Example: grant permissions that limit access to items with a specific partition key value',
);
export const ATTRIBUTES = cite(
  FINE_GRAINED,
  'Example: grant permissions that limit access to specific attributes in a table',
);
export const DYNAMODB_KEYS = cite(FINE_GRAINED, 'Specifying conditions: using condition keys');
