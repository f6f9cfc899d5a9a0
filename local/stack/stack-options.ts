export type StackOptions = {
  /** 0 takes a free port; a taken one rejects with `EADDRINUSE`. */
  readonly port: number;
  readonly accountsFile: string;
  /** Names `config/<stage>.yml`, which sets the partition and the region. */
  readonly stage?: string;
  /** The folder where packaging puts the stage: `.build/<stage>`. */
  readonly packageDir: string;
  /** The folder for the AWS config file and CloudTrail's records; where left out, a temporary one, removed at close. */
  readonly dataDir?: string;
  /** Gets the messages of the stack itself: lost events, destinations that refuse. */
  readonly log?: (message: string) => void;
};
