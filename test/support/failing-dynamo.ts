import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/**
 * Loses the answer of the next requests after they took effect. The client's own retry then repeats the request, as it
 * would after a broken connection: a conditional write finds its own effect and fails its condition.
 */
export function losingAnswers(dynamo: DynamoDBDocumentClient, times: number): DynamoDBDocumentClient {
  let left = times;
  dynamo.middlewareStack.add(
    (next) => async (request) => {
      const answer = await next(request);
      if (left === 0) return answer;
      left -= 1;
      throw Object.assign(new Error('the connection broke'), { code: 'ECONNRESET' });
    },
    { step: 'deserialize', priority: 'high' },
  );
  return dynamo;
}

/** Fails every request with this error, before it is sent. */
export function failingWith(dynamo: DynamoDBDocumentClient, error: Error): DynamoDBDocumentClient {
  dynamo.middlewareStack.add(
    () => () => {
      throw error;
    },
    { step: 'initialize' },
  );
  return dynamo;
}
