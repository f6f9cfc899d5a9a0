/**
 * The names of Athena's parts of a deployment, from its stage: the template creates them, and the command line uses
 * them.
 */
export function athenaNames(stage: string): { readonly workGroup: string; readonly database: string } {
  return {
    workGroup: `credential-broker-${stage}-audit`,
    // Athena allows no hyphens in such a name.
    database: `credential_broker_${stage.replaceAll('-', '_')}`,
  };
}
