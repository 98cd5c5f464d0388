/** A call that is answered at once; what it throws becomes the answer. */
export function done(act: () => void): Promise<void> {
  return new Promise((resolve) => {
    act();
    resolve();
  });
}
