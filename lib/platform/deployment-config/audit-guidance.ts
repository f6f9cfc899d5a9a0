/** The guidance for wrong settings of `audit`: a part of `guidance.ts`. */
export const auditGuidance = {
  audit: { expected: 'cloudTrail', whatToDo: 'Leave it out to ask Athena about the archive alone' },
  'audit.cloudTrail': {
    expected: 'bucket, prefix and perhaps accountIds and regions',
    whatToDo: 'Say where the files of the trail lie, or leave it out',
  },
  'audit.cloudTrail.bucket': { expected: 'the name of a bucket', whatToDo: 'Name the bucket of the trail' },
  'audit.cloudTrail.prefix': {
    expected: 'a folder without slashes at its ends',
    whatToDo: "Write what stands before the account's folder: AWSLogs, or AWSLogs/o-abc123def4 of an organisation",
  },
  'audit.cloudTrail.accountIds': {
    expected: 'a list of account ids',
    whatToDo: "Leave it out to read the broker's own account alone",
  },
  'audit.cloudTrail.accountIds[]': {
    expected: '12 digits in quotes',
    whatToDo: 'Quote the id, or YAML reads a number',
  },
  'audit.cloudTrail.regions': {
    expected: 'a list of regions',
    whatToDo: 'Leave it out to read the home region alone',
  },
  'audit.cloudTrail.regions[]': { expected: 'a region such as eu-west-1', whatToDo: 'Name regions as AWS does' },
} as const;
