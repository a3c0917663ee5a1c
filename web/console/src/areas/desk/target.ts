/** Into whose hands: exactly one of the two. */
export type Target = { deputy_id: string } | { grid_id: string };
