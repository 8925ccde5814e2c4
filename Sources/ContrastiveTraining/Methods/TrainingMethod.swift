import Contrastive

/// A published system: what views it draws, what it keeps between steps, what it minimises.
///
/// The loop does the rest: order of the images, augmentation, optimiser, schedule, evaluation, log
/// and files. A method is a value and holds the whole of its state.
public protocol TrainingMethod: Sendable {
  /// The views a step draws of each image.
  var views: [ViewRecipe] { get }

  /// Computes the loss of a batch and its gradient for the online encoder's parameters, and moves
  /// the method's own state on.
  ///
  /// - Parameters:
  ///   - views: one batch of images for each recipe of `views`, in the same order of images.
  ///   - online: the encoder that is trained; its running statistics may move, its parameters not.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the loss and ∂loss/∂parameters.
  /// - Throws: `ContrastiveError`, such as `.nonFinite` when training has diverged.
  mutating func step(
    views: [Activations], online: inout Encoder, workers: Workers
  ) throws(ContrastiveError) -> (loss: Double, gradient: ParameterVector)
}
