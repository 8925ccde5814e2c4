#!/bin/bash
# Each mutation breaks one piece of safety code; the tests named with it must then fail.
# `make mutate`; MUTATIONS="fsync-file lock" picks some.
#
# All are built into one copy of the package, each behind its name: a process makes the one that
# CONTRASTIVE_MUTATION names, and none where it is not set.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
copy=.build/mutate
mkdir -p "$copy"
names=() files=() filters=() olds=() news=() prefixes=()
# A name, a file, the tests that find it, an expression, what it becomes, and what to write before.
mutation() {
  names+=("$1") files+=("Sources/$2") filters+=("$3") olds+=("$4") news+=("$5") prefixes+=("${6:-}")
}

# A save without synchronizing its file; one without its folder; one that leaves its temporary file.
mutation fsync-file ContrastiveFiles/Writing/AtomicFile.swift PowerLossTests \
  'retryingInterrupts({ calls.synchronize(temporary.descriptor) }) == 0' \
  'temporary.descriptor >= 0'
mutation fsync-folder ContrastiveFiles/Writing/AtomicFile.swift PowerLossTests \
  'retryingInterrupts({ calls.synchronize(folder) }) == 0 || errno == EINVAL' \
  'folder >= 0'
mutation leftovers ContrastiveFiles/Writing/AtomicFile.swift AtomicFileTests \
  'unlink(temporary.path)' \
  '0' '_ = '
# Two writers in one folder.
mutation lock ContrastiveFiles/Writing/FolderLock.swift oneWriterAtATime \
  'LOCK_EX | LOCK_NB' \
  'LOCK_SH | LOCK_NB'
# Declared sizes that the file does not have; tensors that overlap; sizes beyond Int; a checksum.
mutation size ContrastiveFiles/Reading/ByteSource.swift BadFileTests \
  'bytes <= mostRemaining' \
  'bytes >= 0'
mutation overlap ContrastiveFiles/Formats/SafetensorsHeader.swift BadFileTests \
  'offsets[0] == position' \
  'offsets[0] >= 0'
mutation overflow ContrastiveTensors/Tensor.swift 'BadFileTests|TensorTests' \
  'total.multipliedReportingOverflow(by: length)' \
  '(total &* length, false)'
mutation checksum ContrastiveFiles/Formats/SafetensorsFile+Checksum.swift SafetensorsFileTests \
  'kept != checksum' \
  'kept.isEmpty'
# Indices out of range; numbers that are none; the own entry among the negatives.
mutation bounds ContrastiveCore/Requirements.swift 'BankStateTests|SampleBankTests|QueueBankTests' \
  '!(0..<bound ~= $0)' \
  '$0 < 0 && $0 >= bound'
mutation not-finite ContrastiveCore/Tiles/Operand.swift 'OperandTests|PoisonedInputTests' \
  'found.compactMap({ $0 }).first' \
  'nil'
mutation mask ContrastiveCore/Tiles/Exclusion.swift ExclusionTests \
  'tile.rows.clamped(to: tile.columns)' \
  'tile.rows.clamped(to: tile.columns).dropFirst()'
# Pieces added in another order than their own, so that threads change bits.
mutation merge-order ContrastiveCore/Matrix+Sums.swift 'ProbeTests|MatrixRowsTests|LBFGS' \
  'sums[index * width + position]' \
  'sums[(wave - 1 - index) * width + position]'
# Two jobs in one team at once; a product that is wrong in one element.
mutation team ContrastiveCore/Team.swift TeamTests \
  'isBusy.exchange(true, ordering: .acquiring)' \
  'isBusy.load(ordering: .acquiring)'
mutation wrong-blas ContrastiveCore/Products/MatrixProduct+SelfCheck.swift WrongBLASTests \
  'found != expected' \
  'found.isNaN'

# Files keep their times, so that only what has changed is built again.
git ls-files -z --cached --others --exclude-standard --deduplicate |
  tar --create --null --ignore-failed-read --files-from=- 2>/dev/null |
  tar --extract --directory="$copy"
# Each expression must be there once.
for index in "${!names[@]}"; do
  NAME=${names[$index]} OLD=${olds[$index]} NEW=${news[$index]} BEFORE=${prefixes[$index]} \
    perl -0pi -e '
    $n = s/\Q$ENV{OLD}\E/$ENV{BEFORE}(isMutated("$ENV{NAME}") ? ($ENV{NEW}) : ($ENV{OLD}))/g;
    END { exit($n == 1 ? 0 : 1) }' "$copy/${files[$index]}" ||
    { echo "${names[$index]}: not once in ${files[$index]}" >&2; exit 1; }
done
for file in $(printf '%s\n' "${files[@]}" | sort -u); do
  cat >> "$copy/$file" <<'END'

@_silgen_name("getenv")
private func environment(_ name: UnsafePointer<CChar>) -> UnsafePointer<CChar>?
private let mutation = environment("CONTRASTIVE_MUTATION").map { String(cString: $0) }
private func isMutated(_ name: String) -> Bool { mutation == name }
END
done

# In the copy's folder: the manifest looks where it is. What is printed stays in NAME.txt.
copied() { (cd "$copy" && "${@:2}" > "$1.txt" 2>&1); }
build() { copied build swift build -debug-info-format none --build-tests; }
run() {
  CONTRASTIVE_MUTATION=$1 copied "$1" timeout -k 10 600 \
    swift test -debug-info-format none --skip-build --filter "$2"
}

wanted=${MUTATIONS:-${names[*]}}
all=
for index in "${!names[@]}"; do
  if [[ " $wanted " == *" ${names[$index]} "* ]]; then all+="${all:+|}${filters[$index]}"; fi
done
build || { echo "The mutations do not compile; see $copy/build.txt" >&2; exit 1; }
run none "$all" || { echo "The tests fail without mutations, too; see $copy/none.txt" >&2; exit 1; }

survivors=0
for index in "${!names[@]}"; do
  name=${names[$index]} filter=${filters[$index]}
  [[ " $wanted " == *" $name "* ]] || continue
  status=0
  run "$name" "$filter" || status=$?
  found=$(grep -c '✘ Test .* recorded an issue' "$copy/$name.txt" || true)
  case "$status:$found" in
    0:*)
      echo "$name: SURVIVED ($filter)"
      survivors=$((survivors + 1)) ;;
    124:* | 137:*)
      echo "$name: found, as the tests do not end"
      # `swift test` leaves the tests running when it is ended.
      pkill -9 -f "$PWD/$copy/.*xctest" || true ;;
    *:0) echo "$name: found, as a test traps" ;;
    *) echo "$name: found by $found issues" ;;
  esac
done
echo "$survivors of the mutations survived"
[ "$survivors" -eq 0 ]
