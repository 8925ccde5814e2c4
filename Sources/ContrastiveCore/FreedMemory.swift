import ContrastiveKernels

/// What the process does with memory it has freed.
public enum FreedMemory {
  /// Keeps freed blocks for the process, which saves a training step a fifth of its time.
  ///
  /// A step frees and allocates the same tens of megabytes again and again; by default glibc hands
  /// the pages back each time and the kernel clears them anew. A setting of the whole process, so
  /// a program asks for it, not the library. No effect without glibc.
  public static func keep() { contrastive_keep_freed_memory() }
}
