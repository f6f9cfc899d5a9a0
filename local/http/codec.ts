import type { ServiceAnswer, ServiceError } from '../service.ts';
import type { WireHead, WireRequest, WireResponse } from './wire.ts';

/** The wire protocols that the one port speaks. */
export type Protocol = 'query' | 'json-1.0' | 'json-1.1' | 'lambda' | 's3';

/** A wire protocol: decodes requests into calls, encodes answers and errors. It does not deal with signatures. */
export type Codec = {
  /** Decides which of AWS's three vocabularies names a refused signature. */
  readonly family: 'query' | 'json' | 's3';
  readonly bodyLimitBytes: number;
  decode(request: WireRequest): DecodedCall;
  encode(answer: ServiceAnswer, context: AnswerContext): WireResponse;
  encodeError(error: ServiceError, context: ErrorContext): WireResponse;
};

export type DecodedCall = {
  readonly action: string;
  /** In the shape of the AWS API, as `ServiceCall.input` describes it. */
  readonly input: Readonly<Record<string, unknown>>;
};

export type ErrorContext = { readonly head: WireHead; readonly requestId: string };
export type AnswerContext = ErrorContext & { readonly action: string };
