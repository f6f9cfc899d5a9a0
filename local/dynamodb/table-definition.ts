/** A table as CloudFormation and CreateTable describe it, as far as the embedded stack uses the description. */
export type TableDefinition = {
  readonly TableName: string;
  readonly AttributeDefinitions: readonly { readonly AttributeName: string; readonly AttributeType: string }[];
  readonly KeySchema: readonly KeyElement[];
  readonly GlobalSecondaryIndexes?: readonly {
    readonly IndexName: string;
    readonly KeySchema: readonly KeyElement[];
    readonly Projection: { readonly ProjectionType: string; readonly NonKeyAttributes?: readonly string[] };
  }[];
  /** The ARN of the table's change stream; undefined where it has none. */
  readonly streamArn?: string;
};

type KeyElement = { readonly AttributeName: string; readonly KeyType: string };

/** The attributes whose values are `dynamodb:LeadingKeys`. */
export type TableKeys = {
  readonly partitionKey: string;
  readonly indexPartitionKeys: ReadonlyMap<string, string>;
};

/** Throws for a table or index without a partition key. */
export function tableKeys(table: TableDefinition): TableKeys {
  const indexes = table.GlobalSecondaryIndexes ?? [];
  return {
    partitionKey: partitionKeyOf(table.KeySchema),
    indexPartitionKeys: new Map(indexes.map((index) => [index.IndexName, partitionKeyOf(index.KeySchema)])),
  };
}

function partitionKeyOf(schema: readonly KeyElement[]): string {
  const key = schema.find(({ KeyType }) => KeyType === 'HASH');
  if (key === undefined) throw new TypeError('a table or index has no partition key');
  return key.AttributeName;
}
