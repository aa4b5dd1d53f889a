/** What containers read that were given no config file; see docker-compose.yml. */
export default {};
