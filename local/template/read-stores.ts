import * as v from 'valibot';
import type { ReferenceScope } from './intrinsics.ts';
import { notLocally, readPolicy, readProperties } from './properties.ts';
import type { ResourcesByType } from './template-resources.ts';
import type { KeyWiring, TableWiring } from './wiring.ts';

const keySchemaSchema = v.array(v.object({ AttributeName: v.string(), KeyType: v.picklist(['HASH', 'RANGE']) }));

const tableSchema = v.object({
  TableName: v.string(),
  AttributeDefinitions: v.array(v.object({ AttributeName: v.string(), AttributeType: v.picklist(['S', 'N', 'B']) })),
  KeySchema: keySchemaSchema,
  GlobalSecondaryIndexes: v.optional(
    v.array(
      v.object({
        IndexName: v.string(),
        KeySchema: keySchemaSchema,
        Projection: v.object({
          ProjectionType: v.picklist(['ALL', 'KEYS_ONLY', 'INCLUDE']),
          NonKeyAttributes: v.exactOptional(v.array(v.string())),
        }),
      }),
    ),
    [],
  ),
  StreamSpecification: v.exactOptional(
    v.object({
      StreamViewType: v.literal('NEW_AND_OLD_IMAGES', 'the embedded stack has streams of new and old images only'),
      ResourcePolicy: notLocally,
    }),
  ),
  LocalSecondaryIndexes: notLocally,
  ResourcePolicy: notLocally,
});

const kmsKeySchema = v.object({
  KeyPolicy: v.looseObject({}),
  KeySpec: v.optional(v.string(), 'SYMMETRIC_DEFAULT'),
  KeyUsage: v.optional(v.string(), 'ENCRYPT_DECRYPT'),
  Enabled: v.exactOptional(v.literal(true, 'the embedded stack starts with every key enabled')),
});

const aliasSchema = v.object({ AliasName: v.pipe(v.string(), v.startsWith('alias/')), TargetKeyId: v.string() });

/** The tables: names, keys, indexes and streams; billing and backups have no counterpart here. */
export function readTables(resources: ResourcesByType, scope: ReferenceScope): readonly TableWiring[] {
  return resources.of('AWS::DynamoDB::Table').map((resource) => {
    const properties = readProperties(tableSchema, resource, scope);
    return {
      logicalId: resource.logicalId,
      name: properties.TableName,
      arn: scope.attribute(resource.logicalId, 'Arn'),
      attributeDefinitions: properties.AttributeDefinitions,
      keySchema: properties.KeySchema,
      globalSecondaryIndexes: properties.GlobalSecondaryIndexes,
      ...(properties.StreamSpecification !== undefined && {
        streamArn: scope.attribute(resource.logicalId, 'StreamArn'),
      }),
    };
  });
}

/** The KMS keys with their policies and aliases. */
export function readKeys(resources: ResourcesByType, scope: ReferenceScope): readonly KeyWiring[] {
  const aliases = resources.of('AWS::KMS::Alias').map((resource) => readProperties(aliasSchema, resource, scope));
  return resources.of('AWS::KMS::Key').map((resource) => {
    const { logicalId } = resource;
    const properties = readProperties(kmsKeySchema, resource, scope);
    const keyId = scope.ref(logicalId) ?? '';
    const arn = scope.attribute(logicalId, 'Arn');
    return {
      logicalId,
      keyId,
      arn,
      keySpec: properties.KeySpec,
      keyUsage: properties.KeyUsage,
      policy: readPolicy(properties.KeyPolicy, 'resource', logicalId),
      aliases: aliases
        .filter(({ TargetKeyId }) => TargetKeyId === keyId || TargetKeyId === arn)
        .map(({ AliasName }) => AliasName),
    };
  });
}
