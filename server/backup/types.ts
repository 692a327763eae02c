/** What a backup is made of, between the store, the file and the command line. */

/** A table, or the part of a continuous aggregate that cannot be counted anew. */
export interface BackupTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Of an aggregate: its buckets before this instant are in the file, the others are counted from the events. */
  readonly before: string | null;
}
/** Name and SHA-256 of each migration that made the schema. */
export type Migrations = Readonly<Record<string, string>>;
/** Last value of each sequence; null when it was never asked. */
export type Sequences = Readonly<Record<string, string | null>>;

/** A database at one instant. */
export interface BackupSource {
  readonly database: 'native' | 'embedded';
  readonly migrations: Migrations;
  /** In an order in which rows may be written: what is referred to comes first. */
  readonly tables: readonly BackupTable[];
  /** The rows, each as JSON on one line. One table at a time. */
  rows(table: BackupTable): AsyncIterable<readonly string[]>;
  /** To be asked after the rows: no row's number is beyond them. */
  sequences(): Promise<Sequences>;
  close(): Promise<void>;
}

export interface BackupHeader {
  readonly format: number;
  /** Of Vigie 311. */
  readonly version: string;
  readonly created_at: string;
  readonly database: 'native' | 'embedded';
  readonly migrations: Migrations;
}
/** A file, as it is read from its beginning to its end. */
export type BackupItem =
  | { readonly kind: 'header'; readonly header: BackupHeader }
  | { readonly kind: 'table'; readonly table: BackupTable }
  | { readonly kind: 'rows'; readonly lines: readonly string[] }
  | { readonly kind: 'done'; readonly rows: number; readonly tables: number; readonly sequences: Sequences };
