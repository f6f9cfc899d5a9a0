/** An external ID of our form that somebody else thought of, and the bodies in which it might get in. */
export const chosen = 'cb-test1-0123abcd-0123-4abc-89ab-0123456789ab';

export const forms: readonly (readonly [name: string, body: unknown])[] = [
  ['as a field', { externalId: chosen }],
  ['as the pair', { externalIds: { current: chosen } }],
  ['as the next one', { externalIds: { next: chosen } }],
  ['by AWS’s name', { ExternalId: chosen }],
  ['by the name in policies', { 'sts:ExternalId': chosen }],
  ['with a lower line', { external_id: chosen }],
  ['in the settings of a job', { settings: { 'scan-account': { externalId: chosen } } }],
  ['by the prototype', `{"name":"x","version":1,"__proto__":{"externalIds":{"current":"${chosen}"}}}`],
  ['by an escaped letter', `{"name":"x","version":1,"external\\u0049d":"${chosen}"}`],
  ['twice', `{"name":"x","version":1,"externalId":null,"externalId":"${chosen}"}`],
];
