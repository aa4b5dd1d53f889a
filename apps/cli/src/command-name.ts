/** How the command is typed in a checkout, where nothing is installed globally: for hints that a person copies. */
export const commandName = 'npx reprice';
