/** Where a line stands in the archive. */
export type Place = { readonly object: string; readonly line: number };

export type CountedImage = {
  readonly recordId: string;
  /** How many changes the image shows: the entries of its trail, its claim, its report. */
  readonly changes: number;
  readonly isInsert: boolean;
  readonly place: Place;
};

export type ChangeGap = { readonly recordId: string; readonly place: Place; readonly explanation: string };

/**
 * Finds the changes of an issuance that no image shows. Each write adds one entry to the trail, or the claim, or the
 * report, or none of these (`issuance-update`, `claim-ticket`, `write-run-report`): images therefore show 1, 2, 3…
 * changes, and no number is left out. A write that only postpones the sweeper's next look adds nothing, and is not
 * missed. Gaps are resolved at the end, because an image may stand twice, and two objects may stand in the other order
 * when clocks differ. Only the issuances of which something is still missing are kept.
 */
export type ChangeGaps = {
  /** `highest`: how many changes the latest image seen before shows; 0 when there was none. */
  see(image: CountedImage, highest: number): void;
  /** When not `isWhole`, changes before the first image of each issuance are not asked for. */
  found(isWhole: boolean): Iterable<ChangeGap>;
};

type Open = {
  /** Each missing change, with the place of the image that was seen behind it. */
  readonly missing: Map<number, Place>;
  /** The smallest number of changes that any image of the issuance shows. */
  lowest: number;
  hasInsert: boolean;
  /** The place of the image that was seen first. */
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
        // An issuance that was seen before and is not in `open` began as it should.
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
