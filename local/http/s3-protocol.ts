import type { ServiceError } from '../service.ts';
import type { Codec, ErrorContext } from './codec.ts';
import { checkS3Checksums } from './s3-checksums.ts';
import { decodeS3Request } from './s3-request.ts';
import { encodeS3Answer } from './s3-response.ts';
import type { WireResponse } from './wire.ts';
import { writeXmlDocument } from './xml.ts';

/** S3's REST-XML protocol with path-style addresses. */
export const s3Codec: Codec = {
  family: 's3',
  bodyLimitBytes: 104_857_600,
  decode(request) {
    checkS3Checksums(request);
    return decodeS3Request(request);
  },
  encode: (answer, { action }) => encodeS3Answer(action, answer),
  encodeError,
};

function encodeError(error: ServiceError, { head, requestId }: ErrorContext): WireResponse {
  const { BucketRegion, ...details } = error.details;
  const code = error.code === 'RequestEntityTooLarge' ? 'EntityTooLarge' : error.code;
  const body = { Code: code, Message: error.message, ...details, Resource: head.path, RequestId: requestId };
  return {
    statusCode: error.statusCode,
    headers: {
      'content-type': 'application/xml',
      ...(BucketRegion !== undefined && { 'x-amz-bucket-region': BucketRegion }),
    },
    // Node sends no body in answer to HEAD: clients see the status only.
    body: writeXmlDocument({ name: 'Error' }, body, 'flat'),
  };
}
