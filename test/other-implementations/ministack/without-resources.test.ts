import { expect, it } from 'vitest';
import { referringTo, withoutResources } from './without-resources.ts';

const template = {
  Resources: {
    Group: { Type: 'AWS::Athena::WorkGroup', Properties: {} },
    Bucket: { Type: 'AWS::S3::Bucket', Properties: {} },
    Asks: {
      Type: 'AWS::Lambda::Function',
      DependsOn: ['Group', 'Bucket'],
      Properties: {
        Environment: { GROUP: { Ref: 'Group' }, ARN: { 'Fn::GetAtt': ['Group', 'Arn'] }, BUCKET: { Ref: 'Bucket' } },
        Policy: [{ 'Fn::Sub': 'arn:${AWS::Partition}:${Group.Name}/${Group}/${Bucket}' }],
      },
    },
    Waits: { Type: 'AWS::S3::Bucket', DependsOn: 'Group', Properties: {} },
  },
  Outputs: { Of: { Value: { Ref: 'Group' } }, Other: { Value: { Ref: 'Bucket' } } },
};

it('a template without a resource has nothing that waits for it, tells of it or refers to it', () => {
  expect(withoutResources(template, ['Group'])).toEqual({
    Resources: {
      Bucket: template.Resources.Bucket,
      Asks: {
        Type: 'AWS::Lambda::Function',
        DependsOn: ['Bucket'],
        Properties: {
          Environment: { GROUP: 'left-out-Group', ARN: 'left-out-Group', BUCKET: { Ref: 'Bucket' } },
          Policy: [{ 'Fn::Sub': 'arn:${AWS::Partition}:left-out-Group/left-out-Group/${Bucket}' }],
        },
      },
      Waits: { Type: 'AWS::S3::Bucket', Properties: {} },
    },
    Outputs: { Other: template.Outputs.Other },
  });
  expect(referringTo(template, ['Group'])).toEqual(['Asks']);
});

it('a template without nothing is the same', () => {
  expect(withoutResources(template, [])).toEqual({
    ...template,
    Resources: { ...template.Resources, Waits: { ...template.Resources.Waits, DependsOn: ['Group'] } },
  });
  expect(referringTo(template, [])).toEqual([]);
});
