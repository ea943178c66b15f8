/** Asks the API for JSON, with the token where one is needed. */
import { askForToken, tokenHeader } from './token.ts';

/** Null: it does not answer, or does not have it. */
export async function answerOf<T>(path: string): Promise<T | null> {
  try {
    for (;;) {
      const response = await fetch(path, {
        cache: 'no-store',
        headers: tokenHeader(),
      });
      if (response.status === 401 && (await askForToken('Reading this needs the token.'))) continue;
      return response.ok ? ((await response.json()) as T) : null;
    }
  } catch {
    return null;
  }
}
