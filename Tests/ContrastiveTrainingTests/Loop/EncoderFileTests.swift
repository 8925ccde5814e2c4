import ContrastiveCore
import Testing
import _TestSupport

import ContrastiveTraining

/// Encoders in files.
@Suite struct EncoderFileTests {
  /// The tensors are compared with what the metadata says before memory is taken for that: here
  /// 34 GB, which take minutes to fill.
  @Test(.timeLimit(.minutes(1)), .disabled(if: isSanitized))
  func metadataThatPromisesMore() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("encoder.safetensors")
    let run = try SmallRun.make(.simclr)
    try run.encoderFile.write(to: path)
    #expect(try EncoderFile(path: path).encoder.tensors == run.encoder.tensors)
    var options = run.options.encoder
    options.head.hidden = [65_536, 65_536, 65_536]
    try EncoderFile(run.encoder, options: options, scaling: run.scaling).write(to: path)
    #expect(
      throws: ContrastiveError.shape(
        argument: "head.linear1.weight", found: "[6, 8] of 48 elements", expected: "[6, 65536]")
    ) { try EncoderFile(path: path) }
  }
}
