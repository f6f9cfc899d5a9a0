import type { STSClient } from '@aws-sdk/client-sts';
import type { AssumeTenantRole } from '../../../lib/broker/assume-tenant-role.ts';
import type { InvokeJob } from '../../../lib/broker/invoke-job.ts';
import type { Ledger } from '../../../lib/ledger/ledger.ts';
import type { Switches } from '../../../lib/switches/switches.ts';
import type { SendCommand } from './memory-tables.ts';
import { marksUnproven, otherIdUnannounced, policyDropped, repeatedWhenLost } from './unsafe-assumptions.ts';
import { intentAfterCall, issuesUnrecorded, recordAfterInvoke, rerunOfClaimed } from './unsafe-ledgers.ts';
import { ownWritesUnknown, writesWithoutCondition } from './unsafe-stores.ts';
import {
  cachedSwitches,
  claimWithoutSwitches,
  type Reading,
  suspensionOfAll,
  unreadableIsOn,
} from './unsafe-switches.ts';

/** The parts of the pipeline that a wiring may put another in the place of; left out, they are as deployed. */
export type Rewiring = {
  readonly store?: (send: SendCommand) => SendCommand;
  readonly stsClient?: (client: STSClient) => STSClient;
  readonly assume?: (assume: AssumeTenantRole) => AssumeTenantRole;
  readonly ledger?: (ledger: Ledger) => Ledger;
  /** Of the broker alone; the ledger and both of what goes out, whose order it may change. */
  readonly broker?: (parts: BrokerParts) => BrokerParts;
  readonly vendingLedger?: (ledger: Ledger) => Ledger;
  readonly sweeperLedger?: (ledger: Ledger) => Ledger;
  readonly brokerSwitches?: (switches: Switches) => Switches;
  readonly jobSwitches?: (switches: Reading) => Reading;
  readonly sweeps?: 'never';
};
export type BrokerParts = {
  readonly ledger: Ledger;
  readonly invokeJob: InvokeJob;
  readonly assume: AssumeTenantRole;
};

/**
 * How the world wires the pipeline: as it is deployed, or with one safety taken out, to see that tests notice. Nothing is
 * copied: each takes one part of what is deployed and leaves out what makes it safe.
 */
export const wirings = {
  production: {},
  /** The write that records the issue goes through whoever owns the intent by now. */
  noFenceAtIssued: { store: (send) => writesWithoutCondition(send, 'issued') },
  /** Whoever asks for the ticket after the first gets it too. */
  claimNotOneShot: { store: (send) => writesWithoutCondition(send, 'claim') },
  /** The job is handed over first, and the issue written down afterwards. */
  invokeBeforeRecord: { broker: recordAfterInvoke },
  /** Who asked is given the credentials, and their issue is never written down. */
  givenBeforeRecord: { vendingLedger: issuesUnrecorded },
  /** STS is called first, and the intent written down afterwards. */
  intentAfterCall: { broker: intentAfterCall },
  /** The call to STS is made once more, unannounced, where it was denied. */
  otherIdUnannounced: { assume: otherIdUnannounced },
  /** Sessions are marked whether or not the role was proven to allow it. */
  marksUnproven: { assume: marksUnproven },
  /** As the SDK does it: a lost answer is asked for again. */
  stsRetried: { assume: repeatedWhenLost },
  /** A policy that STS finds too large is left out. */
  policyDropped: { stsClient: policyDropped },
  /** A message that comes again is decided, and its accounts expanded, as if it were the first. */
  accountsExpandedAgain: {
    ledger: (ledger) => ({
      ...ledger,
      recordRequest: async (record) => {
        await ledger.recordRequest(record);
        return { first: true, record };
      },
    }),
  },
  /** A job claims without having looked whether its tenant is suspended. */
  claimWithoutSwitches: { jobSwitches: claimWithoutSwitches },
  unreadableSwitchIsOn: { brokerSwitches: unreadableIsOn, jobSwitches: unreadableIsOn },
  /** What was decided for a tenant is remembered. */
  decisionCached: { brokerSwitches: cachedSwitches },
  /** Whoever is suspended, everybody is. */
  suspensionOfAll: { brokerSwitches: suspensionOfAll },
  noSweeper: { sweeps: 'never' },
  /** A claimed issuance whose job is silent is run again. */
  rerunAfterClaim: { sweeperLedger: rerunOfClaimed },
  /** A write of one's own whose answer was lost is taken for somebody else's. */
  ownWriteUnknown: { store: ownWritesUnknown },
} satisfies Readonly<Record<string, Rewiring>>;
export type Wiring = keyof typeof wirings;
