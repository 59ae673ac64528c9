/** Flags that choose samples, as the library names them. */
export interface FilterFlags {
  readonly since?: string;
  readonly until?: string;
  readonly database?: string;
  readonly user?: string;
  readonly application?: string;
  readonly client?: string;
  readonly background?: boolean;
}

/** Asked for as it is now. */
export function isPresent({ since, until }: FilterFlags): boolean {
  return since === undefined && until === undefined;
}

export function filterOptions(flags: FilterFlags) {
  return {
    ...(flags.since === undefined ? {} : { since: flags.since }),
    ...(flags.until === undefined ? {} : { until: flags.until }),
    ...(flags.database === undefined ? {} : { inDatabase: flags.database }),
    ...(flags.user === undefined ? {} : { user: flags.user }),
    ...(flags.application === undefined ? {} : { application: flags.application }),
    ...(flags.client === undefined ? {} : { client: flags.client }),
  };
}
