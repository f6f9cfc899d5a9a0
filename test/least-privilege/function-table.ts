/** What a function may do and what it must not, as data: the form of the tables in functions/. */

/** One request to AWS, as the policies see it. Keys of KMS are named by alias (`key:envelopes`), as in `resources.ts`. */
export type Question = {
  readonly action: string;
  readonly resource: string;
  /** Our own account, unless the resource is a role of somebody else's or this says otherwise. */
  readonly resourceAccountId?: string;
  readonly region?: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
};

/** Every action with every resource: as many questions as there are pairs. */
export type Questions = Omit<Question, 'action' | 'resource'> & {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
};

/** What a statement is there for: each of these questions is answered yes, by that statement. */
export type Power = Questions & { readonly sid: string };

/** What must be denied, each of these questions whoever asks it. */
export type Refusal = Questions & { readonly because: string };

export type FunctionTable = {
  /** Of the role, without the prefix of the deployment; a function has its role's name. */
  readonly name: string;
  readonly may: readonly Power[];
  readonly mustNot: readonly Refusal[];
  /**
   * What of other functions' powers this one has as well, because a statement of its own is wider: of each, `<Sid>
   * <action>`. Whatever others may and is not here is denied, so that a power can grow into another's only on purpose.
   */
  readonly alsoReaches?: Readonly<Record<string, readonly string[]>>;
};

export function questionsOf({ actions, resources, resourceAccountId, region, context }: Questions): Question[] {
  const shared = {
    ...(resourceAccountId !== undefined && { resourceAccountId }),
    ...(region !== undefined && { region }),
    ...(context !== undefined && { context }),
  };
  return actions.flatMap((action) => resources.map((resource) => ({ action, resource, ...shared })));
}
