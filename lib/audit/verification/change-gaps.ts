/** Where a line stands in the archive. */
export type Place = { readonly object: string; readonly line: number };

export type CountedImage = {
  readonly recordId: string;
  /** How many changes it tells of: the entries of its trail, its claim, its report. */
  readonly changes: number;
  readonly isInsert: boolean;
  readonly place: Place;
};

export type ChangeGap = { readonly recordId: string; readonly place: Place; readonly explanation: string };

/**
 * Finds the changes of an issuance that are in no image. Each write adds one entry to its trail, its claim or its
 * report, or nothing of them (`issuance-update`, `claim-ticket`, `write-run-report`): images therefore tell of 1, 2,
 * 3… changes, and none is left out. What puts off the sweeper's next look alone adds nothing, and is not missed. It is
 * resolved at the end: an image may stand twice, and two objects in the other order, where clocks differ. Kept are
 * only the issuances of which something is still missing.
 */
export type ChangeGaps = {
  /** `highest`: of how many changes the latest image tells that was seen before; 0: there was none. */
  see(image: CountedImage, highest: number): void;
  /** Not `isWhole`: what was before the first image of each is not asked for. */
  found(isWhole: boolean): Iterable<ChangeGap>;
};

type Open = {
  /** Each with the image that was seen behind it. */
  readonly missing: Map<number, Place>;
  /** The least number of changes that any of its images tells of. */
  lowest: number;
  hasInsert: boolean;
  /** Of the image that was seen first. */
  readonly place: Place;
};

export function makeChangeGaps(): ChangeGaps {
  const open = new Map<string, Open>();
  return {
    see(image, highest) {
      const before = open.get(image.recordId);
      if (before === undefined && isNext(image, highest)) return;
      const gap = before ?? {
        missing: new Map(),
        // Whatever was seen and is not here began as it should.
        lowest: highest > 0 ? 1 : image.changes,
        hasInsert: highest > 0,
        place: image.place,
      };
      for (let change = highest + 1; change < image.changes; change += 1) gap.missing.set(change, image.place);
      gap.missing.delete(image.changes);
      gap.lowest = Math.min(gap.lowest, image.changes);
      gap.hasInsert ||= image.isInsert;
      if (gap.missing.size === 0 && gap.hasInsert) open.delete(image.recordId);
      else open.set(image.recordId, gap);
    },
    *found(isWhole) {
      for (const [recordId, gap] of open) {
        const told = tell(gap, isWhole);
        if (told !== undefined) yield { recordId, ...told };
      }
    },
  };
}

function isNext({ changes, isInsert }: CountedImage, highest: number): boolean {
  return highest === 0 ? isInsert && changes === 1 : changes <= highest + 1;
}

function tell({ missing, lowest, hasInsert, place }: Open, isWhole: boolean): Omit<ChangeGap, 'recordId'> | undefined {
  const asked = [...missing.keys()].filter((change) => isWhole || change > lowest).sort((left, right) => left - right);
  const [first] = asked;
  if (first === undefined)
    return isWhole && !hasInsert ? { place, explanation: 'no line tells how it began' } : undefined;
  const [which, are] = asked.length === 1 ? ['change', 'is'] : ['changes', 'are'];
  const explanation = `${which} ${asked.join(', ')} of it ${are} in no line of its own, and later ones are`;
  return { place: missing.get(first) ?? place, explanation };
}
