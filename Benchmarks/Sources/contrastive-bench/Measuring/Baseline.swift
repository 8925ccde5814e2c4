import BenchmarkBLAS
import FoundationEssentials

/// Measurements to compare with: a file of JSON objects, one a line, of any kinds of processors.
struct Baseline {
  /// Lines as they are, with what is read of each.
  private var lines: [(text: String, entry: Entry)] = []

  /// What is read of a line.
  struct Entry: Decodable {
    let processor: String
    let workload: String
    let size: String
    let threads: Int
    /// Time over that of the reference's operations.
    let reference: Double

    enum CodingKeys: String, CodingKey {
      case processor, workload, size, threads
      case reference = "of_reference"
    }
  }

  /// The instructions that decide which kernels run, and the BLAS's core, which is what times are
  /// compared with.
  static let processor: String = {
    let known = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let flags = Set(known.split { $0 == " " || $0 == "\n" })
    let instructions = ["amx_int8", "avx512_vnni", "avx512f", "avx_vnni", "avx2"].first {
      flags.contains(Substring($0))
    }
    let core = openblas_get_corename().map { String(cString: $0) } ?? "unknown"
    return "\(instructions ?? "other") \(core)"
  }()

  /// Reads a file.
  init(path: String) throws {
    let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    lines = try text.split(separator: "\n").map {
      (String($0), try JSONDecoder().decode(Entry.self, from: Data($0.utf8)))
    }
  }

  /// Those of this kind of processor.
  var own: [Entry] { lines.map(\.entry).filter { $0.processor == Self.processor } }

  /// The kinds there are.
  var processors: [String] { Set(lines.map(\.entry.processor)).sorted() }

  /// The lines without those of measurements made anew.
  func without(_ measured: [Measurement]) -> String {
    lines.filter { line in
      !measured.contains { made in
        (line.entry.processor, line.entry.workload, line.entry.size, line.entry.threads)
          == (Self.processor, made.workload.name, made.workload.size, made.threads)
      }
    }.map { $0.text + "\n" }.joined()
  }
}
