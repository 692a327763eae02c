/** A moment as JSON of the database has it, which writes `+00:00`, in the form of the contract. */
export const utc = (text: string): string => text.replace(/\+00:00$/, 'Z');
export const utcOrNull = (text: string | null): string | null => (text === null ? null : utc(text));
