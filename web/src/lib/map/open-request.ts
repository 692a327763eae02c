/** The map names requests by their numbers; their pages are found by their ids. */
import { type Language, pathIn } from '#lib/i18n/address.ts';
import { goto } from '$app/navigation';

/** @returns false when it could not be found */
export async function openRequest(number: number, lang: Language): Promise<boolean> {
  try {
    const answer = await fetch(`/api/v1/requests?numbers=${number}&limit=1`);
    const { items } = (await answer.json()) as { readonly items?: readonly { readonly id: string }[] };
    const id = items?.[0]?.id;
    if (id === undefined) return false;
    await goto(pathIn(lang, `/demandes/${encodeURIComponent(id)}`));
    return true;
  } catch {
    return false;
  }
}
