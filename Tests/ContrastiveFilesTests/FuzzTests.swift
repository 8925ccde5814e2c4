import ContrastiveCore
import Foundation
import Testing
import _TestSupport

import ContrastiveFiles

/// Valid files changed at random: each is read or refused with a `ContrastiveError.file`, nothing
/// else.
///
/// Each format has a process of its own, or its memory could not be told from that of other tests.
/// `CONTRASTIVE_FUZZ_SECONDS` is the time for each format (1), `CONTRASTIVE_TEST_SEED` the seed.
@Suite(.serialized) struct FuzzTests {
  @Test(arguments: Format.allCases) func changedAtRandom(_ format: Format) async {
    let child = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) { [format] in
      try Self.readChanged(format)
    }
    print(String(decoding: child?.standardOutputContent ?? [], as: UTF8.self), terminator: "")
  }

  private static func readChanged(_ format: Format) throws {
    let environment = ProcessInfo.processInfo.environment
    let seconds = environment["CONTRASTIVE_FUZZ_SECONDS"].flatMap(Int.init) ?? 1
    let seed = environment["CONTRASTIVE_TEST_SEED"].flatMap(UInt64.init) ?? 1
    var random = CounterRandom(seed: seed)
    var seeds = BadFileTests.valid.filter { $0.format == format }.map(\.bytes)
    if format == .idx { seeds.append(FileBytes.gzip(seeds[0])) }
    var (cases, accepted, largest) = (0, 0, 0)
    let before = residentKilobytes()
    try TemporaryFolder.use { folder throws in
      let end = ContinuousClock.now + .seconds(seconds)
      while ContinuousClock.now < end {
        var bytes = seeds[random.index(below: seeds.count)]
        for _ in 0...random.index(below: 4) { change(&bytes, &random) }
        largest = max(largest, bytes.count)
        let path = try folder.write(bytes, "fuzzed")
        cases += 1
        do {
          try format.read(path)
          accepted += 1
        } catch ContrastiveError.file(let named, _) {
          precondition(named == path)
        }
      }
    }
    let grown = residentKilobytes() - before
    print(
      "fuzz \(format): \(cases) files in \(seconds) s, \(accepted) read, the others refused, "
        + "peak memory + \(grown) KiB, seed \(seed)")
    precondition(cases > 100)
    // An instrumented process keeps freed memory in quarantine.
    precondition(grown < 32 << 10 || isSanitized)
  }

  private static func change(_ bytes: inout [UInt8], _ random: inout CounterRandom) {
    guard !bytes.isEmpty else { return bytes = [0] }
    // Most of what can go wrong is in the header.
    let reach = random.index(below: 4) == 0 ? bytes.count : min(bytes.count, 160)
    let place = random.index(below: reach)
    let digits = Array("0123456789-[]{},:\"'".utf8)
    switch random.index(below: 7) {
    case 0: bytes[place] ^= 1 << UInt8(random.index(below: 8))
    case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
    case 2: bytes[place] = digits[random.index(below: digits.count)]
    case 3: bytes.insert(digits[random.index(below: digits.count)], at: place)
    case 4: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.index(below: 16)))
    case 5: bytes.removeLast(random.index(below: bytes.count))
    default:
      let part = bytes[place..<min(bytes.count, place + 1 + random.index(below: 32))]
      bytes.insert(contentsOf: part, at: random.index(below: bytes.count))
    }
  }

  /// Peak resident memory; 0 where the system does not tell.
  private static func residentKilobytes() -> Int {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
    else { return 0 }
    return Int(line.filter(\.isNumber)) ?? 0
  }
}
