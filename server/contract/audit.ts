/** The history of settings: who changed what, when, from what, to what, and why. */

/** Who did it. A name is kept as it was then. */
export interface Actor {
  readonly kind: 'user' | 'key' | 'bootstrap';
  /** Of the user or key; `bootstrap` of the bootstrap key. */
  readonly id: string;
  readonly name: string;
}

export const AUDIT_SUBJECTS = [
  'user',
  'key',
  'wall',
  'territory',
  'unit',
  'calendar',
  'policy',
  'service',
  'boundary',
] as const;
export type AuditSubject = (typeof AUDIT_SUBJECTS)[number];

export const AUDIT_ACTIONS = [
  'created',
  'changed',
  'revoked',
  'disabled',
  'enabled',
  'password_set',
  'signed_out',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** What is written with a change, in its transaction. */
export interface AuditNote {
  readonly subject: AuditSubject;
  /** Id of what was changed; of a policy `id@version`. */
  readonly id: string;
  readonly action: AuditAction;
  /** null: it was not there. Secrets and passwords stand nowhere. */
  readonly before: object | null;
  readonly after: object | null;
}
export interface AuditEntry extends AuditNote {
  readonly number: number;
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly actor: Actor;
  readonly why: string | null;
}

/** Who makes a change, and the reason that was given. */
export interface By {
  readonly actor: Actor;
  readonly why: string | null;
}
export const WHY_LENGTH_MAX = 500;
