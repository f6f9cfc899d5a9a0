/** What Athena's parts of a deployment are called, by its stage: the template makes them, the command line asks for them. */
export function athenaNames(stage: string): { readonly workGroup: string; readonly database: string } {
  return {
    workGroup: `credential-broker-${stage}-audit`,
    // Hyphens are for Athena no part of a name.
    database: `credential_broker_${stage.replaceAll('-', '_')}`,
  };
}
