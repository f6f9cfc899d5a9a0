/** The claims of a SigV4 `Authorization` header; nothing in it is trusted before the signature is checked. */
export type SignatureClaim = {
  readonly accessKeyId: string;
  /** `yyyymmdd`. */
  readonly date: string;
  readonly region: string;
  /** The signing name, for example `sts`. It routes the request, because the signature covers it. */
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
};

const pattern =
  /^AWS4-HMAC-SHA256 +Credential=(?<accessKeyId>[\w-]{1,128})\/(?<date>\d{8})\/(?<region>[a-z0-9-]{1,64})\/(?<service>[a-z0-9-]{1,64})\/aws4_request *, *SignedHeaders=(?<signedHeaders>[a-z0-9;_-]{1,4096}) *, *Signature=(?<signature>[0-9a-f]{64})$/;

/** Parses the header exactly; `undefined` when it is not a well-formed SigV4 header. */
export function parseAuthorizationHeader(value: string): SignatureClaim | undefined {
  const groups = pattern.exec(value)?.groups;
  if (groups === undefined) return undefined;
  const { accessKeyId, date, region, service, signedHeaders, signature } = groups;
  if (!accessKeyId || !date || !region || !service || !signedHeaders || !signature) return undefined;
  return { accessKeyId, date, region, service, signedHeaders: signedHeaders.split(';'), signature };
}
