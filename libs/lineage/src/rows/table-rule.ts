/** A table: that of the stages in `role`, or of the stage itself. */
export type TableRef = { role: string | null; output: string };

/** A row is made of the rows of another table whose columns are equal to its own; a null cell links to nothing. */
export type RowLink = TableRef & {
  /** [column here, column there] */
  on: readonly (readonly [string, string])[];
  /** Only rows whose column `column` is `value` have this link. */
  where?: { column: string; value: string };
};

/** Where a row that is made of no other row comes from. */
export type Origin = { kind: 'generated'; by: string } | { kind: 'imported'; file: string };

export type TableRule = {
  output: string;
  /** Columns that tell rows apart. */
  id: readonly string[];
  from?: readonly RowLink[];
  /** Tables of which any row may decide whether a row is here and what it says: percentiles, caps, counts, balances. */
  over?: readonly TableRef[];
  /** Roles of the models that a row was made with. */
  models?: readonly string[];
  origin?: (row: Readonly<Record<string, string | null>>) => Origin | null;
  /** Further columns that `origin` reads. */
  columns?: readonly string[];
};

/** What row lineage knows about one stage. */
export type StageRule = {
  tables: readonly TableRule[];
  /** The stage makes a model out of the rows in its table `seen`, starting from that of `parent`. */
  model?: { parent: string | null };
  /** Table whose rows, and they alone, decide about an output that is no table. */
  decidedBy?: (output: string) => string | null;
};
