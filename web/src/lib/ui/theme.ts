/** Light, dark, or what the system says. */
export const THEME_COOKIE = 'vigie_theme';
export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const asTheme = (value: string | null | undefined): Theme | null =>
  value === 'auto' || value === 'light' || value === 'dark' ? value : null;
export const nextTheme = (theme: Theme): Theme =>
  THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
