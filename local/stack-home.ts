/** The home of the emulated broker: the account and region that its queues, buses, tables and keys belong to. */
export type StackHome = { readonly partition: string; readonly accountId: string; readonly region: string };

/** `arn:<partition>:<service>:<region>:<account>:<resource>` of a resource of the broker's own account. */
export function arnAt(home: StackHome, service: string, resource: string): string {
  return `arn:${home.partition}:${service}:${home.region}:${home.accountId}:${resource}`;
}
