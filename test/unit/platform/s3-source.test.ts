import { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { makeS3Source, readS3Place } from '../../../lib/platform/s3-source.ts';

const PAGE = 2;

/** A bucket that answers in pages of two. */
function aBucket(objects: Readonly<Record<string, string>>, cutShort = false) {
  const asked: object[] = [];
  const send = async (command: object): Promise<object> => {
    if (command instanceof GetObjectCommand) {
      const body = objects[command.input.Key ?? ''];
      if (body === undefined) throw Object.assign(new Error('no such key'), { name: 'NoSuchKey' });
      return { Body: Readable.from([Buffer.from(body.slice(0, 1)), Buffer.from(body.slice(1))]) };
    }
    if (!(command instanceof ListObjectsV2Command)) throw new Error('this bucket lists and gives');
    asked.push(command.input);
    const { Prefix = '', ContinuationToken = '0' } = command.input;
    const keys = Object.keys(objects)
      .filter((key) => key.startsWith(Prefix))
      .sort();
    const begin = Number(ContinuationToken);
    const Contents = keys.slice(begin, begin + PAGE).map((Key) => ({ Key, Size: objects[Key]?.length }));
    const IsTruncated = begin + PAGE < keys.length;
    return { Contents, IsTruncated, ...(IsTruncated && !cutShort && { NextContinuationToken: String(begin + PAGE) }) };
  };
  return { s3: { send: send as S3Client['send'] }, asked };
}

async function collected<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('a place in S3', () => {
  it.each([
    ['s3://archive', { bucket: 'archive', prefix: '' }],
    ['s3://archive/', { bucket: 'archive', prefix: '' }],
    ['s3://archive/a/b', { bucket: 'archive', prefix: 'a/b/' }],
    ['s3://archive.example/a/', { bucket: 'archive.example', prefix: 'a/' }],
    ['s3:///a', undefined],
    ['s3://Archive', undefined],
    ['s3:archive', undefined],
    ['/archive', undefined],
    [' s3://archive', undefined],
  ])('%s', (text, place) => {
    expect(readS3Place(text)).toEqual(place);
  });
});

describe('a bucket as a source', () => {
  const objects = { 'a/1': 'one', 'a/2': 'four', 'a/3': 'x', 'ab/4': 'other', 'b/5': 'other' };

  it('lists what lies in its folder, over all pages, by names within it', async () => {
    const { s3, asked } = aBucket(objects);
    const source = makeS3Source({ bucket: 'archive', prefix: 'a/' }, { s3 });
    expect(await collected(source.list())).toEqual([
      { key: '1', bytes: 3 },
      { key: '2', bytes: 4 },
      { key: '3', bytes: 1 },
    ]);
    expect(asked).toHaveLength(2);
    expect(source.name).toBe('s3://archive/a/');
  });

  it('lists below a prefix', async () => {
    const { s3, asked } = aBucket(objects);
    expect(await collected(makeS3Source({ bucket: 'archive', prefix: '' }, { s3 }).list('b/'))).toHaveLength(1);
    expect(asked).toMatchObject([{ Bucket: 'archive', Prefix: 'b/' }]);
  });

  it('rejects a list that is cut short', async () => {
    const { s3 } = aBucket(objects, true);
    await expect(collected(makeS3Source({ bucket: 'archive', prefix: '' }, { s3 }).list())).rejects.toThrow('goes on');
  });

  it('gives the bytes of an object as they come', async () => {
    const { s3 } = aBucket(objects);
    const pieces = await collected(makeS3Source({ bucket: 'archive', prefix: 'a/' }, { s3 }).open('2'));
    expect(pieces.length).toBe(2);
    expect(Buffer.concat(pieces).toString()).toBe('four');
  });

  it('rejects with S3’s own error where there is none', async () => {
    const { s3 } = aBucket(objects);
    const missing = collected(makeS3Source({ bucket: 'archive', prefix: 'a/' }, { s3 }).open('9'));
    await expect(missing).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});
