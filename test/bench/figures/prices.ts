/**
 * AWS's list prices in one region, in US dollars, without free tiers, discounts, taxes and storage. Whoever pays other
 * prices changes them here and runs `npm run bench` again.
 */
export const prices = {
  region: 'us-east-1',
  asOf: '2026-03',
  wording: 'list price',
  /** A million of each. Sources: the pricing pages of the services. */
  perMillion: {
    /** On demand, standard table class. */
    dynamoReadUnits: 0.125,
    dynamoWriteUnits: 0.625,
    kmsRequests: 3,
    lambdaRequests: 0.2,
    sqsRequests: 0.4,
    /** Custom events of up to 64 KB; what rules deliver to a queue or function of the same account is free. */
    eventBridgeEvents: 1,
    s3Puts: 5,
    /** Free of charge, and here to say so. */
    stsCalls: 0,
    /** Read by Lambda's event source mappings: free of charge. */
    streamReads: 0,
  },
  /** Of arm64. */
  perLambdaGbSecond: 0.0000133334,
  /** Taken in by CloudWatch Logs. */
  perLogGigabyte: 0.5,
} as const;
