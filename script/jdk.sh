# shellcheck shell=bash
# Finding a JDK that is new enough, and saying how to get one.

JDK_AT_LEAST=25

# jdk_candidates: folders that may be a JDK, best first, one a line.
jdk_candidates() {
    if [ -n "${JAVA_HOME:-}" ]; then printf '%s\n' "$JAVA_HOME"; fi
    jdk_on_path
    local folder folders=${MORDOMO_JVM_FOLDERS:-/usr/lib/jvm:/opt:$HOME/.sdkman/candidates/java}
    while [ -n "$folders" ]; do
        for folder in "${folders%%:*}"/*; do
            [ -d "$folder" ] && printf '%s\n' "$folder"
        done
        case $folders in *:*) folders=${folders#*:} ;; *) folders= ;; esac
    done
    if [ -x /usr/libexec/java_home ]; then
        /usr/libexec/java_home -v "$JDK_AT_LEAST+" 2>/dev/null || true
    fi
}

# jdk_on_path: the home of the javac that the shell would run, its links followed.
jdk_on_path() {
    local file link
    file=$(command -v javac) || return 0
    while [ -L "$file" ]; do
        link=$(readlink "$file")
        case $link in /*) file=$link ;; *) file=$(dirname "$file")/$link ;; esac
    done
    (cd "$(dirname "$file")/.." && pwd -P) || return 0
}

# jdk_major FOLDER: 25 for a JDK 25; nothing for what is no JDK.
jdk_major() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 0
    local version=
    [ -r "$1/release" ] && version=$(sed -n 's/^JAVA_VERSION="\([^"]*\)".*/\1/p' "$1/release")
    [ -n "$version" ] || version=$("$1/bin/javac" -version 2>&1 | sed -n 's/^javac //p')
    version=${version%%[!0-9]*}
    printf '%s\n' "$version"
}

# find_jdk: the first candidate that is new enough; fails when there is none.
find_jdk() {
    local folder major
    while IFS= read -r folder; do
        major=$(jdk_major "$folder")
        if [ -n "$major" ] && [ "$major" -ge "$JDK_AT_LEAST" ]; then
            printf '%s\n' "$folder"
            return 0
        fi
    done <<<"$(jdk_candidates)"
    return 1
}

# need_jdk: exports JAVA_HOME, or ends with the way to a JDK.
need_jdk() {
    JAVA_HOME=$(find_jdk) || die_without_jdk
    export JAVA_HOME
}

die_without_jdk() {
    local package=openjdk-$JDK_AT_LEAST-jdk-headless sdkman="or, with SDKMAN:  sdk install java $JDK_AT_LEAST-tem"
    local temurin="Eclipse Temurin $JDK_AT_LEAST from adoptium.net: unpack it into /opt, or set JAVA_HOME"
    local looked="No JDK $JDK_AT_LEAST or newer in JAVA_HOME, PATH, /usr/lib/jvm, /opt or ~/.sdkman. Get one:"
    case $(system_family) in
        debian | ubuntu)
            if apt-cache show "$package" >/dev/null 2>&1; then
                die "$looked" "apt-get install $package" "$sdkman"
            fi
            die "$looked" "$temurin" "$sdkman"
            ;;
        fedora) die "$looked" "dnf install java-$JDK_AT_LEAST-openjdk-devel" "$sdkman" ;;
        arch) die "$looked" "pacman -S jdk-openjdk" "$sdkman" ;;
        macos) die "$looked" "brew install openjdk@$JDK_AT_LEAST" "$sdkman" ;;
        *) die "$looked" "$temurin" "$sdkman" ;;
    esac
}
