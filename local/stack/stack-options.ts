export type StackOptions = {
  /** 0 takes a free port; a taken one rejects with `EADDRINUSE`. */
  readonly port: number;
  readonly accountsFile: string;
  /** Names `config/<stage>.yml`, which says the partition and the region. */
  readonly stage?: string;
  /** Where packaging left the stage: `.build/<stage>`. */
  readonly packageDir: string;
  /** Where the AWS config file and CloudTrail's records go; a temporary folder, removed at close, unless given. */
  readonly dataDir?: string;
  /** Told what the stack itself has to say: events lost, destinations that refuse. */
  readonly log?: (message: string) => void;
};
