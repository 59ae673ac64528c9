/** Column name to value, as the driver gives it. Integers of 64 bits come as string or bigint, never rounded. */
export type Row = Readonly<Record<string, unknown>>;
